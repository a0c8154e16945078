#!/bin/sh
# usage: install.sh WORKSPACE…
#
# The npm packages that these workspaces need to run, exactly as package-lock.json has them and without running a script of theirs, and the Node that package.json pins,
# in /runtime. (Development gets that Node by the install script of the package `node`, which fetches the same package.)
set -eu
workspaces=
for workspace; do workspaces="$workspaces --workspace=$workspace"; done
# shellcheck disable=SC2086 # one option each
npm ci $workspaces --omit=dev --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error

platform=$(node -p '`${process.platform}-${process.arch}`')
version=$(node -p 'require("./package.json").devDependencies.node')
npm install --prefix=/runtime --no-save --ignore-scripts --no-audit --no-fund --loglevel=error "node-$platform@$version"
mkdir -p /runtime/bin
ln "/runtime/node_modules/node-$platform/bin/node" /runtime/bin/node
/runtime/bin/node --version
