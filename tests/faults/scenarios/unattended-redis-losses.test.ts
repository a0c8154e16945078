import { test } from 'node:test';
import { unattendedRedisLosses } from './redis-losses.ts';
import { survives } from '../survives.ts';

test('all that Redis held is rebuilt with nobody there to do it', survives(unattendedRedisLosses, 60));
