import { test } from 'node:test';
import { workerKills } from './worker-kills.ts';
import { survives } from '../survives.ts';

test('workers that are killed lose no study', survives(workerKills, 200));
