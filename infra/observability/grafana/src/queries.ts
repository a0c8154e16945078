import type { Query } from './panel.ts';

/** The alerts of ours that fire. */
export const firingAlerts = 'ALERTS{alertstate="firing", alertname=~"Hepastage.*"}';

/**
 * What quantiles and means look back over: a study every few minutes would leave shorter windows empty, and its curve in pieces. Longer than that they would say late
 * that something is slow.
 */
const window = '30m';

/** How often something happened in the hour before, summed by labels. A count, for a hospital’s few studies are no rate. */
export function hourlyBy(labels: string, counter: string): string {
  return `sum by (${labels}) (increase(${counter}[1h]))`;
}

/** Per-second increase of a counter that never rests, summed by labels. */
export function rateBy(labels: string, counter: string): string {
  return `sum by (${labels}) (rate(${counter}[$__rate_interval]))`;
}

/** How much a counter has grown over the time that is looked at, summed by labels. */
export function increaseBy(labels: string, counter: string): string {
  return `sum by (${labels}) (increase(${counter}[$__range]))`;
}

/** A quantile of a histogram, by labels. `selector`: with braces, or empty. */
export function quantileBy(quantile: number, labels: string, histogram: string, selector = ''): string {
  const by = labels === '' ? 'le' : `le, ${labels}`;
  return `histogram_quantile(${quantile}, sum by (${by}) (rate(${histogram}_bucket${selector}[${window}])))`;
}

/** Curves of several quantiles of a histogram, each called by its labels and its percentage. */
export function quantilesBy(
  quantiles: readonly number[],
  labels: string,
  histogram: string,
  selector = '',
): Query[] {
  const series = labels.replaceAll(/(\w+)(, )?/g, '{{$1}} ');
  return quantiles.map((quantile) => ({
    expr: quantileBy(quantile, labels, histogram, selector),
    legend: `${series}p${quantile * 100}`,
  }));
}

/** The mean of a histogram, by labels. */
export function meanBy(labels: string, histogram: string, selector = ''): string {
  const sumOf = (part: string) => `sum by (${labels}) (rate(${histogram}_${part}${selector}[${window}]))`;
  return `${sumOf('sum')} / ${sumOf('count')}`;
}
