import type { Model } from "../model";
import { at, text } from "../wire";
import { type Drawing, draws, pick } from "./draws";

const words = (list: string): readonly string[] => list.split(/\s+/);

const ADVERBS = words(
  `barely boldly briefly calmly clearly closely daily deeply duly early easily evenly fairly firmly freely fully gently gladly
  highly hugely jolly kindly largely lightly loudly mainly mildly mostly neatly newly nicely openly partly plainly proudly
  quickly quietly rarely readily safely slowly softly solely sweetly truly usually warmly widely wildly wisely`,
);
const ADJECTIVES = words(
  `able alert ample apt bold brave brief bright calm clean clear close cool cosmic crisp daring deep eager equal exact fair
  famous fast fine firm fit fleet fond frank free fresh full gentle glad good grand great handy happy hardy heroic humble
  ideal keen kind large lively logical loved loyal lucky major merry mighty model modest moral native neat new nice noble`,
);
const ANIMALS = words(
  `adder akita ant ape badger bass bat bear bee beetle bison boar bobcat buck bug burro cat clam cobra cod colt condor coral
  corgi crab crane cricket crow deer dingo dog dove drake duck eagle eel egret elk falcon fawn finch fish flea fly fox frog
  gecko goat goose grub gull hare hawk hen heron hound husky ibex imp insect jackal jay kid kite kiwi koala lab lark lemur`,
);

/** A name in words: an animal, before it an adjective, before that as many adverbs as are asked for. */
function petName(it: Drawing): string {
  const draw = draws(it);
  const [separator, length] = [text(it.inputs, "separator") ?? "-", Number(at(it.inputs, "length") ?? 2)];
  const prefix = text(it.inputs, "prefix") || undefined;
  const lists = [...Array.from({ length: Math.max(0, length - 2) }, () => ADVERBS), ADJECTIVES, ANIMALS];
  const name = lists.slice(-Math.max(1, length)).map((list) => pick(list, draw));
  return [...(prefix === undefined ? [] : [prefix]), ...name].join(separator);
}

/** Its id is the name. Source: terraform-provider-random resource_pet.go, golang-petname. */
export const PET: Model = {
  scope: "account",
  immutable: ["*"],
  handles: [],
  id: petName,
  outputs: () => ({ length: 2, separator: "-" }),
};
