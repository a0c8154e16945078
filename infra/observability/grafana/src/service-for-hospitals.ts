import type { Dashboard } from './dashboard.ts';
import { acceptance } from './hospitals/acceptance.ts';
import { delivery } from './hospitals/delivery.ts';
import { now } from './hospitals/now.ts';
import { objectives } from './hospitals/objectives.ts';
import { timeToResult } from './hospitals/time-to-result.ts';

/** Whether hospitals are served. */
export const serviceForHospitals: Dashboard = {
  uid: 'hepastage-hospitals',
  title: 'hepastage: service for hospitals',
  description: 'Whether studies are taken, staged in time, and delivered.',
  variables: [{ name: 'instance', label: 'API', metric: 'hepastage_admission_open' }],
  rows: [now, objectives, acceptance, timeToResult, delivery],
};
