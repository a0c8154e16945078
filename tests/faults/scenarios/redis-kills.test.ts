import { test } from 'node:test';
import { redisKills } from './redis-kills.ts';
import { survives } from '../survives.ts';

test('a Redis that is killed and comes back with its files costs time alone', survives(redisKills, 60));
