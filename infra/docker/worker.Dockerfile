# The worker, with the command line. Build it from the project's top folder: node infra/docker/build-images.ts, or
# docker build -f infra/docker/worker.Dockerfile --target cpu|cuda . (BuildKit; nothing is pulled but the bases.)

# What builds: Node 22.18 or newer, npm 11 and a shell.
ARG BUILD_BASE
# What runs: glibc 2.34 or newer and libstdc++, e.g. a distroless image for C++; no Node, no shell.
ARG BASE
# What runs on GPUs: glibc, libstdc++ and the runtime libraries of CUDA 12 with cuDNN 9. Only the target `cuda` needs it.
ARG CUDA_BASE=scratch

# The manifests alone, so that packages are only installed anew when one of these changes.
FROM ${BUILD_BASE} AS manifests
WORKDIR /app
COPY . .
RUN find . -type f ! -name package.json ! -name package-lock.json ! -name .npmrc -delete && find . -type d -empty -delete

FROM ${BUILD_BASE} AS build
ARG BUILD_BASE
ARG BASE
ARG ALLOW_UNPINNED=0
COPY infra/docker/build /build
RUN /build/refuse-unpinned.sh "$BUILD_BASE" "$BASE"
WORKDIR /app
COPY --from=manifests /app ./
# Settings of this machine's npm, and an authority of its own: secrets of the build, so they are in no layer.
RUN --mount=type=cache,target=/root/.npm \
    --mount=type=secret,id=npmrc,target=/root/.npmrc \
    --mount=type=secret,id=ca,target=/run/ca.pem \
    NODE_EXTRA_CA_CERTS=/run/ca.pem /build/install.sh @hepastage/worker hepastage
COPY proto proto
COPY packages packages
COPY services services
RUN node /build/prune.mjs /app @hepastage/worker hepastage && node /build/make-sbom.mjs /app hepastage-worker /sbom.cdx.json
COPY models models
COPY infra/docker/healthcheck.mjs infra/docker/hepastage /app/
COPY infra/docker/setup /app/setup
# For compose.yaml: a new volume belongs to whom its folder belongs to in the first container that has it.
RUN cd / && mkdir -p volumes && cd volumes && mkdir seed secrets redis-secrets s3-secrets grafana-secrets redis s3 prometheus grafana
# Its digest may be told to the label below, and is then what was built.
ARG SBOM_SHA256=
RUN [ -z "$SBOM_SHA256" ] || echo "$SBOM_SHA256  /sbom.cdx.json" | sha256sum -c - && rm package-lock.json .npmrc

FROM scratch AS sbom
COPY --from=build /sbom.cdx.json /

# ONNX Runtime's CUDA provider is too large for npm: the package's own install script fetches it, here alone.
FROM build AS build-cuda
ARG CUDA_BASE
ARG ALLOW_UNPINNED=0
RUN /build/refuse-unpinned.sh "$CUDA_BASE"
RUN --mount=type=secret,id=ca,target=/run/ca.pem NODE_EXTRA_CA_CERTS=/run/ca.pem /build/install-cuda.sh

FROM ${CUDA_BASE} AS cuda
COPY --from=build-cuda /runtime/bin/node /usr/local/bin/node
COPY --from=build-cuda /sbom.cdx.json /sbom.cdx.json
COPY --from=build-cuda /app /app
COPY --from=build-cuda --chown=65532:65532 /volumes /volumes
WORKDIR /app
# By number, so that Kubernetes can see that it is not root.
USER 65532:65532
# `hepastage` is on the path: --entrypoint hepastage.
ENV NODE_ENV=production PATH=/app:/usr/local/bin:/usr/bin:/bin HEPASTAGE_HEALTH_HOST=0.0.0.0 HEPASTAGE_EXECUTION_PROVIDERS=cuda
EXPOSE 9100
STOPSIGNAL SIGTERM
# It loads and proves its models before it listens; a GPU may compile for minutes.
HEALTHCHECK --interval=10s --timeout=5s --start-period=300s --retries=3 CMD ["/usr/local/bin/node", "healthcheck.mjs", "worker", "/livez"]
ENTRYPOINT ["/usr/local/bin/node", "services/worker/src/main.ts"]
ARG CUDA_BASE
ARG VERSION=0.1.0
ARG REVISION=unknown
ARG SOURCES=unknown
ARG SBOM_SHA256=
LABEL org.opencontainers.image.title="hepastage CUDA worker" \
      org.opencontainers.image.description="Stages liver cirrhosis from abdominal MRI on GPUs. Research use only." \
      org.opencontainers.image.licenses="UNLICENSED" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.base.name="$CUDA_BASE" \
      hepastage.sources="$SOURCES" \
      hepastage.sbom.format="CycloneDX" \
      hepastage.sbom.path="/sbom.cdx.json" \
      hepastage.sbom.sha256="$SBOM_SHA256"

FROM ${BASE} AS cpu
COPY --from=build /runtime/bin/node /usr/local/bin/node
COPY --from=build /sbom.cdx.json /sbom.cdx.json
COPY --from=build /app /app
COPY --from=build --chown=65532:65532 /volumes /volumes
WORKDIR /app
# By number, so that Kubernetes can see that it is not root.
USER 65532:65532
# `hepastage` is on the path: --entrypoint hepastage.
ENV NODE_ENV=production PATH=/app:/usr/local/bin:/usr/bin:/bin HEPASTAGE_HEALTH_HOST=0.0.0.0
EXPOSE 9100
STOPSIGNAL SIGTERM
# It loads and proves its models before it listens.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["/usr/local/bin/node", "healthcheck.mjs", "worker", "/livez"]
ENTRYPOINT ["/usr/local/bin/node", "services/worker/src/main.ts"]
ARG BASE
ARG VERSION=0.1.0
ARG REVISION=unknown
ARG SOURCES=unknown
ARG SBOM_SHA256=
LABEL org.opencontainers.image.title="hepastage CPU worker" \
      org.opencontainers.image.description="Stages liver cirrhosis from abdominal MRI on CPUs. Research use only." \
      org.opencontainers.image.licenses="UNLICENSED" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.base.name="$BASE" \
      hepastage.sources="$SOURCES" \
      hepastage.sbom.format="CycloneDX" \
      hepastage.sbom.path="/sbom.cdx.json" \
      hepastage.sbom.sha256="$SBOM_SHA256"
