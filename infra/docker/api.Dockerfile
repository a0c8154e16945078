# The API. Build it from the project's top folder: node infra/docker/build-images.ts, or docker build -f infra/docker/api.Dockerfile .
# (BuildKit; nothing is pulled but the two bases.)

# What builds: Node 22.18 or newer, npm 11 and a shell.
ARG BUILD_BASE
# What runs: glibc 2.34 or newer and libstdc++, e.g. a distroless image for C++; no Node, no shell.
ARG BASE

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
    NODE_EXTRA_CA_CERTS=/run/ca.pem /build/install.sh @hepastage/api
COPY proto proto
COPY packages packages
COPY services services
RUN node /build/prune.mjs /app @hepastage/api && node /build/make-sbom.mjs /app hepastage-api /sbom.cdx.json
# What clients may ask for: models themselves are the workers'.
COPY models models
RUN find models -type f ! -name manifest.json -delete
COPY infra/docker/healthcheck.mjs /app/
# Its digest may be told to the label below, and is then what was built.
ARG SBOM_SHA256=
RUN [ -z "$SBOM_SHA256" ] || echo "$SBOM_SHA256  /sbom.cdx.json" | sha256sum -c - && rm package-lock.json .npmrc

FROM scratch AS sbom
COPY --from=build /sbom.cdx.json /

FROM ${BASE}
COPY --from=build /runtime/bin/node /usr/local/bin/node
COPY --from=build /sbom.cdx.json /sbom.cdx.json
COPY --from=build /app /app
WORKDIR /app
# By number, so that Kubernetes can see that it is not root.
USER 65532:65532
ENV NODE_ENV=production PATH=/usr/local/bin:/usr/bin:/bin HOST=0.0.0.0 HEPASTAGE_AUTHENTICATION=required
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["/usr/local/bin/node", "healthcheck.mjs", "api", "/livez"]
# As `npm start` has it: docs/ARCHITECTURE.md, Memory.
ENTRYPOINT ["/usr/local/bin/node", "--max-semi-space-size=2", "services/api/src/main.ts"]
ARG BASE
ARG VERSION=0.1.0
ARG REVISION=unknown
ARG SOURCES=unknown
ARG SBOM_SHA256=
LABEL org.opencontainers.image.title="hepastage API" \
      org.opencontainers.image.description="Takes in abdominal MRI studies for cirrhosis staging. Research use only." \
      org.opencontainers.image.licenses="UNLICENSED" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.base.name="$BASE" \
      hepastage.sources="$SOURCES" \
      hepastage.sbom.format="CycloneDX" \
      hepastage.sbom.path="/sbom.cdx.json" \
      hepastage.sbom.sha256="$SBOM_SHA256"
