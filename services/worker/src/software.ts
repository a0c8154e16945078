import manifest from '../package.json' with { type: 'json' };

/** Name and version of this software, for results. */
export const software = `hepastage ${manifest.version}`;
