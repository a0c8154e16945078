#!/bin/sh
# usage: install-cuda.sh [FOLDER]
#
# Has ONNX Runtime fetch its provider for CUDA 12, and fails without it: an image that lacks it would start and then refuse to work.
set -u
cd "${1:-/app}/node_modules/onnxruntime-node" || exit 1
ONNXRUNTIME_NODE_INSTALL=cuda12 node script/install.js
provider=$(find bin -name libonnxruntime_providers_cuda.so)
if [ -z "$provider" ]; then
  echo 'libonnxruntime_providers_cuda.so is missing: the install script of onnxruntime-node could not fetch it; see above why' >&2
  exit 1
fi
