/**
 * What is said where memory ran out. ONNX Runtime has no status of its own for that (microsoft/onnxruntime#16307) and hands on what its allocators, CUDA's libraries
 * and V8 say, so their words are all there is to know it by. TensorRT's words stay in its own log: its failures are not known as such.
 */
const messages: readonly RegExp[] = [
  // The arena of a device: its allocator has no more, or its own limit is reached (core/framework/bfc_arena.cc).
  /Failed to allocate memory for requested buffer of size \d+/,
  /Available memory of \d+ is smaller than requested bytes of \d+/,
  // An allocator that gave nothing (core/framework/allocator.h).
  /Memory allocation failed\. Size=\d+/,
  // C++: libstdc++, and Microsoft's library.
  /\bstd::bad_alloc\b/,
  /\bbad allocation\b/,
  // CUDA and cuBLAS (core/providers/cuda/cuda_call.cc); the first is what CUDA calls its error 2, cudaErrorMemoryAllocation.
  /\bout of memory\b/i,
  /\bCUBLAS_STATUS_ALLOC_FAILED\b/,
  // cuDNN up to 8, and from 9 on.
  /\bCUDNN_STATUS_ALLOC_FAILED\b/,
  /\bCUDNN_STATUS_INTERNAL_ERROR_(?:HOST|DEVICE)_ALLOCATION_FAILED\b/,
  // V8: no room for the outputs of a run.
  /\bArray buffer allocation failed\b/,
];

/** Whether `reason`, why a run failed, says that memory ran out: of the device, of ONNX Runtime's arena, or of the process. */
export function saysOutOfMemory(reason: string): boolean {
  return messages.some((message) => message.test(reason));
}
