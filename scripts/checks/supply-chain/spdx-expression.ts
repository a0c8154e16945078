/** Letters, digits, `.`, `-`, and `+` for "or later". */
const identifier = /^[A-Za-z0-9.-]+\+?$/;
const operators = new Set(['AND', 'OR', 'WITH']);

/**
 * Whether an SPDX licence expression can be met with the allowed licences alone: all of AND, one of OR. AND binds closer than OR. A licence WITH an exception is
 * a licence of its own, `Apache-2.0 WITH LLVM-exception`. Throws SyntaxError if it is no such expression.
 */
export function isSatisfiable(expression: string, allowed: ReadonlySet<string>): boolean {
  const tokens = expression.match(/[()]|[^\s()]+/g) ?? [];
  const result = either();
  if (tokens.length > 0) throw notAnExpression();
  return result;

  function either(): boolean {
    const alternatives = [all()];
    while (take('OR')) alternatives.push(all());
    return alternatives.includes(true);
  }

  function all(): boolean {
    const parts = [one()];
    while (take('AND')) parts.push(one());
    return !parts.includes(false);
  }

  function one(): boolean {
    if (take('(')) {
      const inner = either();
      if (!take(')')) throw notAnExpression();
      return inner;
    }
    const licence = takeIdentifier();
    return allowed.has(take('WITH') ? `${licence} WITH ${takeIdentifier()}` : licence);
  }

  function take(token: string): boolean {
    if (tokens[0] !== token) return false;
    tokens.shift();
    return true;
  }

  function takeIdentifier(): string {
    const token = tokens.shift() ?? '';
    if (!identifier.test(token) || operators.has(token)) throw notAnExpression();
    return token;
  }

  function notAnExpression(): SyntaxError {
    return new SyntaxError(`${JSON.stringify(expression)} is no SPDX licence expression`);
  }
}
