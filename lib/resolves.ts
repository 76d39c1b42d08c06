/** Whether a package that not every user has is installed where `from` looks for packages. */
export function resolves(from: NodeJS.Require, name: string): boolean {
  try {
    from.resolve(name);
    return true;
  } catch {
    return false;
  }
}
