import { test } from 'node:test';
import { s3Faults } from './s3-faults.ts';
import { survives } from '../survives.ts';

test(
  'an S3 server that is away, slow, or breaks what it is asked for loses no study',
  survives(s3Faults, 60),
);
