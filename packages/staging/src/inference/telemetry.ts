/**
 * From 1.29 on ONNX Runtime tells its maker about the process, its models and errors, and keeps an identifier of the machine for that, unless this variable is set
 * before its library is initialised (microsoft/onnxruntime#27379). Nothing leaves a hospital: there is no setting that allows it.
 *
 * Call it in the main thread: a worker thread's `process.env` is a copy, which a native library does not see.
 */
export function forbidTelemetry(): void {
  process.env['ORT_DISABLE_TELEMETRY'] = '1';
}
