#!/bin/sh
# Fetches the vendored browser libraries from npm in the versions below and
# writes manifest.json. For maintainers; building and running need neither npm
# nor this script. A test holds that the files are those of the manifest.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# package@version  file in it  licence file in it
set -- \
  "htmx.org@2.0.11 dist/htmx.min.js LICENSE" \
  "htmx-ext-sse@2.2.4 dist/sse.min.js LICENSE" \
  "idiomorph@0.8.0 dist/idiomorph-ext.min.js LICENSE"

sep=""
{
  echo "["
  for line in "$@"; do
    package=${line%% *} rest=${line#* }
    file=${rest%% *} licence=${rest#* }
    base=$(basename "$file")
    mkdir "$work/$base"
    (cd "$work/$base" && tar xzf "$(npm pack --silent "$package")")
    cp "$work/$base/package/$file" "$here/$base"
    cp "$work/$base/package/$licence" "$here/${base%.min.js}.LICENSE"
    sum=$(sha256sum "$here/$base" | cut -d' ' -f1)
    printf '%s  {"package": "%s", "version": "%s", "file": "%s", "sha256": "%s"}' \
      "$sep" "${package%@*}" "${package##*@}" "$base" "$sum"
    sep=",
"
  done
  printf '\n]\n'
} > "$work/manifest.json"
mv "$work/manifest.json" "$here/manifest.json"
