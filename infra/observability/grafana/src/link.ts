/** A link of a dashboard or a panel: Grafana’s schema wants all of its properties. */
export function linkJson(link: Readonly<Record<string, unknown>>): object {
  const nothing = { icon: 'external link', tooltip: '', url: '', tags: [], asDropdown: false };
  return { ...nothing, targetBlank: false, includeVars: false, keepTime: false, ...link };
}
