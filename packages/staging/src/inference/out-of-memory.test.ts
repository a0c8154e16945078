import assert from 'node:assert/strict';
import { test } from 'node:test';
import { saysOutOfMemory } from './out-of-memory.ts';

/** As they were reported, by issue; host names and some paths are left out. */
const reported: Readonly<Record<string, string>> = {
  'microsoft/onnxruntime#22702':
    "Non-zero status code returned while running Conv node. Name:'/patch_embed/stages/stages.0/blocks/blocks.0/mlp/fc1/Conv' Status Message: /onnxruntime_src/onnxruntime/core/framework/bfc_arena.cc:376 void* onnxruntime::BFCArena::AllocateRawInternal(size_t, bool, onnxruntime::Stream*, bool, onnxruntime::WaitNotificationFn) Failed to allocate memory for requested buffer of size 4585490524328388608",
  'infiniflow/ragflow#10295':
    'onnxruntime::BFCArena::AllocateRawInternal(size_t, bool, onnxruntime::Stream*, bool, onnxruntime::WaitNotificationFn) Available memory of 0 is smaller than requested bytes of 135383040',
  'microsoft/onnxruntime#16305':
    "Non-zero status code returned while running FusedMatMul node. Name:'MatMul_With_Transpose_token_14_FusedMatMulAndScale' Status Message: bad allocation",
  'hacksider/Deep-Live-Cam#584':
    'CUDA failure 2: out of memory ; GPU=0 ; hostname=HOST ; file=cuda_stream_handle.cc ; line=175 ; expr=cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking);',
  'hacksider/Deep-Live-Cam#383':
    "Non-zero status code returned while running Gemm node. Name:'fc1' Status Message: CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED ; GPU=0 ; hostname=HOST ; file=/onnxruntime_src/onnxruntime/core/providers/cuda/cuda_execution_provider.cc ; line=168 ; expr=cublasCreate(&cublas_handle_);",
  'microsoft/CNTK#220':
    'cuDNN failure 2: CUDNN_STATUS_ALLOC_FAILED ; GPU=0 ; hostname=HOST ; expr=finder(calgo, algoPerf)',
};

/** As their sources write them. */
const written = [
  'CUDNN failure 4003: CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED ; GPU=0',
  'CUDNN failure 4002: CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED ; GPU=0',
  'p != nullptr || size == 0 was false. Memory allocation failed. Size=281474976710656',
  "Non-zero status code returned while running MatMul node. Name:'' Status Message: std::bad_alloc",
  'Array buffer allocation failed',
];

/** What a smaller batch does not help: the device is lost, the libraries do not fit, the graph can't take its input. */
const others: Readonly<Record<string, string>> = {
  'dinglufe/segment-anything-cpp-wrapper#21':
    "Non-zero status code returned while running Conv node. Name:'/mask_downscaling/mask_downscaling.0/Conv' Status Message: CUDNN failure 4: CUDNN_STATUS_INTERNAL_ERROR ; GPU=0 ; hostname=HOST ; expr=cudnnFindConvolutionForwardAlgorithmEx( GetCudnnHandle(context), s_.x_tensor, s_.x_data, s_.w_desc, s_.w_data, s_.conv_desc, s_.y_tensor, s_.y_data, 1, &algo_count, &perf, algo_search_workspace.get(), max_ws_size);",
  'microsoft/onnxruntime#23301':
    "Non-zero status code returned while running Conv node. Name:'Conv_0' Status Message: CUDNN_FE failure 11: CUDNN_BACKEND_API_FAILED ; GPU=0 ; hostname=HOST ; file=/onnxruntime_src/onnxruntime/core/providers/cuda/nn/conv.cc ; line=483 ; expr=s_.cudnn_fe_graph->execute(cudnn_handle, s_.variant_pack, ws.get());",
  'microsoft/onnxruntime#4008':
    'CUDA error executing cudaMemcpy(dst_data, src_data, bytes, cudaMemcpyDeviceToHost)',
  'an illegal access':
    'CUDA failure 700: an illegal memory access was encountered ; GPU=0 ; hostname=HOST ; expr=cudaStreamSynchronize(stream);',
  'an index':
    "Non-zero status code returned while running Gather node. Name:'' Status Message: indices element out of data bounds, idx=1 must be within the inclusive range [-1,0]",
};

test('what was reported of runs that were out of memory is known as such', () => {
  for (const [source, reason] of Object.entries(reported)) assert.ok(saysOutOfMemory(reason), source);
  for (const reason of written) assert.ok(saysOutOfMemory(reason), reason);
});

test('no other failure is', () => {
  for (const [source, reason] of Object.entries(others)) assert.ok(!saysOutOfMemory(reason), source);
});
