/** A function that computes its answer once for each object, and forgets it with the object. */
export function oncePerObject<Of extends object, Answer>(compute: (of: Of) => Answer): (of: Of) => Answer {
  const answers = new WeakMap<Of, { readonly answer: Answer }>();
  return (of) => {
    let known = answers.get(of);
    if (known === undefined) {
      known = { answer: compute(of) };
      answers.set(of, known);
    }
    return known.answer;
  };
}
