import { benchTracing } from './tracing.ts';
console.log(await benchTracing());
