import { axialFirst, doubts } from './preferences.ts';
import { type Assessment, preferencesMet, reasonOf, rejectionOf } from './evaluate.ts';
import type { SequenceName } from './rule.ts';

/** Most preferences that a reason names. */
const preferencesNamedMax = 3;

/** What becomes of a series, and why. */
export interface Verdict {
  readonly role: SequenceName | 'PASSED_OVER';
  readonly rule: string;
  readonly reason: string;
  readonly doubts: readonly { code: string; severity: 'INFO' | 'WARNING'; message: string }[];
}

/** Who or what took a series for a sequence. */
export type Grounds = 'RULES' | 'SENDER' | 'REQUEST';

const grounded: Readonly<Record<Exclude<Grounds, 'RULES'>, { rule: string; who: string }>> = {
  SENDER: { rule: 'NAMED_BY_SENDER', who: 'Its sender names it' },
  REQUEST: { rule: 'NAMED_BY_REQUEST', who: 'The request names it' },
};

/** Of the series that is staged. */
export function staged({ facts, decision }: Assessment, sequence: SequenceName, grounds: Grounds): Verdict {
  const reason = reasonOf(decision, facts);
  if (grounds === 'RULES') {
    return { role: sequence, rule: decision.rule, reason, doubts: doubtsOf({ facts }, sequence) };
  }
  const { rule, who } = grounded[grounds];
  const agreed = decision.decides === sequence;
  const otherwise = {
    code: 'SELECTION_DISAGREES',
    severity: 'WARNING',
    message: `By the rules it would not be ${sequence}, ${decision.rule}: ${reason}`,
  } as const;
  return {
    role: sequence,
    rule,
    reason: `${who} as ${sequence}.`,
    doubts: agreed ? doubtsOf({ facts }, sequence) : [otherwise],
  };
}

/** Of a series that no sequence can or could be. */
export function rejected(assessment: Assessment): Verdict {
  const row = rejectionOf(assessment);
  return { role: 'PASSED_OVER', rule: row.rule, reason: reasonOf(row, assessment.facts), doubts: [] };
}

/** Of a candidate that another one beat. */
export function beaten(
  loser: Assessment,
  winner: Assessment,
  sequence: SequenceName,
  grounds: Grounds,
): Verdict {
  const number = winner.stack.series.seriesNumber;
  const passedOver = (rule: string, reason: string): Verdict => ({
    role: 'PASSED_OVER',
    rule,
    reason,
    doubts: doubtsOf(loser, sequence),
  });
  if (grounds === 'REQUEST' || loser.facts.named !== winner.facts.named)
    return passedOver('OTHER_NAMED', `Is ${sequence} too, but series ${number} is named.`);
  if (axialFirst.keeps(winner.facts) && !axialFirst.keeps(loser.facts))
    return passedOver(axialFirst.rule, axialFirst.reason);
  return passedOver(
    'OTHER_PREFERRED',
    `Is ${sequence} too, but series ${number} is preferred: ${lead(winner, loser, sequence)}.`,
  );
}

/** What the winner has before the other. */
function lead(winner: Assessment, loser: Assessment, sequence: SequenceName): string {
  const [won, lost] = [preferencesMet(winner.facts, sequence), preferencesMet(loser.facts, sequence)];
  const ahead = won.filter((preference) => preference.weight > 0 && !lost.includes(preference));
  const behind = lost.filter((preference) => preference.weight < 0 && !won.includes(preference));
  const said = [...ahead.map(({ reason }) => reason), ...behind.map(({ reason }) => `not ${reason}`)];
  return said.slice(0, preferencesNamedMax).join(', ') || 'it covers more, has more slices, or came first';
}

function doubtsOf({ facts }: Pick<Assessment, 'facts'>, sequence: SequenceName): Verdict['doubts'] {
  return doubts
    .filter((doubt) => doubt.sequence === sequence && doubt.when(facts))
    .map(({ code, severity, message }) => ({ code, severity, message }));
}
