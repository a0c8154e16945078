import { askedToStop } from '@hepastage/platform/asked-to-stop';

// From here on it hears a SIGTERM. All else takes a second to load, and is so only after this.
const asked = askedToStop();
const { runWorker } = await import('./run-worker.ts');
await runWorker(asked);
