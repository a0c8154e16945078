import { test } from 'node:test';
import { redisPowerLosses } from './redis-kills.ts';
import { survives } from '../survives.ts';

test('what Redis lost of its last second is made up for', survives(redisPowerLosses, 60));
