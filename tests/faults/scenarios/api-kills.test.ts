import { test } from 'node:test';
import { apiKills } from './api-kills.ts';
import { survives } from '../survives.ts';

test('an API that is killed during uploads accepts each study once', survives(apiKills, 40));
