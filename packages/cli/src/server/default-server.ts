/** Where the demo's API listens. */
export const defaultServer = process.env['HEPASTAGE_SERVER'] ?? 'http://127.0.0.1:8080';
