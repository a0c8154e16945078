import { test } from 'node:test';
import { redisLosses } from './redis-losses.ts';
import { survives } from '../survives.ts';

test('all that Redis held is rebuilt by an operator’s command', survives(redisLosses, 60));
