import { test } from 'node:test';
import { frozenWorkers } from './frozen-workers.ts';
import { survives } from '../survives.ts';

test(
  'workers that freeze for longer than their locks last change nothing when they thaw',
  survives(frozenWorkers, 60),
);
