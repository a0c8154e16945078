/** A metric as an expression names it, and what it demands of its labels. */
export interface Selector {
  readonly metric: string;
  readonly matchers: readonly Matcher[];
}

export interface Matcher {
  readonly label: string;
  readonly operator: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

/** What an expression of Prometheus names. */
export interface Named {
  readonly selectors: readonly Selector[];
  /** Labels by which it aggregates, matches or joins. */
  readonly labels: readonly string[];
}

const tokens = /"(?:[^"\\]|\\.)*"|\[[^\]]*\]|[a-zA-Z_:][\w:]*|[0-9][\w.]*|=~|!~|!=|>=|<=|==|[^\s]/g;
const isName = /^[a-zA-Z_:]/;
const aggregations = new Set([
  'sum',
  'min',
  'max',
  'avg',
  'count',
  'group',
  'topk',
  'bottomk',
  'quantile',
  'count_values',
]);
/** A list of labels follows. */
const beforeLabels = new Set(['by', 'without', 'on', 'ignoring', 'group_left', 'group_right']);
const otherWords = new Set(['and', 'or', 'unless', 'offset', 'bool']);

/**
 * The metrics and labels of an expression. It knows no more of the language than it takes to tell names apart; whether the expression is right is for Prometheus
 * to say.
 */
export function namesOf(expression: string): Named {
  const words: readonly string[] = expression.match(tokens) ?? [];
  const selectors: Selector[] = [];
  const labels: string[] = [];
  for (let n = 0; n < words.length; n++) {
    const word = words[n]!;
    const next = words[n + 1];
    if (word === '{') throw new Error(`a selector without a metric in ${expression}`);
    if (!isName.test(word)) continue;
    if (beforeLabels.has(word) && next === '(') {
      const end = words.indexOf(')', n);
      labels.push(...words.slice(n + 2, end).filter((one) => one !== ','));
      n = end;
    } else if (!aggregations.has(word) && !beforeLabels.has(word) && !otherWords.has(word) && next !== '(') {
      const end = next === '{' ? words.indexOf('}', n) : n;
      selectors.push({ metric: word, matchers: matchersOf(words.slice(n + 2, end)) });
      n = end;
    }
  }
  return { selectors, labels };
}

/** Of `label`, operator, quoted value and comma, again and again. */
function matchersOf(words: readonly string[]): Matcher[] {
  const matchers: Matcher[] = [];
  for (let n = 0; n + 2 < words.length; n += 4) {
    const [label = '', operator = '', quoted = ''] = words.slice(n, n + 3);
    matchers.push({ label, operator: operator as Matcher['operator'], value: JSON.parse(quoted) as string });
  }
  return matchers;
}
