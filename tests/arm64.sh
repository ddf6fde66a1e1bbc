#!/usr/bin/env bash
# Runs the kernel tests, those of stored types, and Story's, on an emulated linux-arm64 .NET, so that the NEON kernels run for real on an x64 machine.
#
#   tests/arm64.sh            everything that is worth the wait of an emulator
#   tests/arm64.sh --quick    the part that CI runs, a few minutes
#
# The emulator is ../shared/arm64 beside the repository; without it this script says so and succeeds. It is set up once, in
# $SPECATTN_ARM64_DIR or the user's cache folder. The last line is "N passed, N failed".
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
emulator=$root/../shared/arm64/arm64-dotnet.sh
cache=${SPECATTN_ARM64_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/specattn/arm64}

case ${1:-} in
    --quick) scale=0.1 ;;
    "") scale=0.5 ;;
    *) echo "usage: tests/arm64.sh [--quick]" >&2; exit 2 ;;
esac
if [ ! -f "$emulator" ]; then
    echo "arm64: skipped, there is no emulator in ../shared/arm64"
    echo "0 passed, 0 failed"
    exit 0
fi

bash "$emulator" setup "$cache"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
passed=0
failed=0

# run TITLE PROJECT [VARIABLE=VALUE...] [-- xunit options]: one run of a project's test program, counted.
run() {
    local title=$1 project=$2 settings=() counts started=$SECONDS
    shift 2
    while [ $# -gt 0 ] && [ "$1" != -- ]; do settings+=("$1"); shift; done
    [ $# -eq 0 ] || shift
    echo "== $title: $project${settings[*]:+ ${settings[*]}}"
    env "${settings[@]}" bash "$emulator" run "$cache" "$root/tests/$project/bin/Release/net10.0/$project.dll" \
        -noLogo -noColor "$@" > "$log" 2>&1 || true
    counts=$(grep -oE 'Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+, Skipped: [0-9]+, Not Run: [0-9]+' "$log" | tail -n 1 || true)
    if [ -z "$counts" ]; then
        echo "the run ended without a summary:"
        tail -n 40 "$log"
        failed=$((failed + 1))
        return
    fi
    local total errors wrong skipped unrun
    read -r total errors wrong skipped unrun <<< "$(grep -oE '[0-9]+' <<< "$counts" | xargs)"
    [ $((errors + wrong)) -eq 0 ] || cat "$log"
    echo "$counts, $((SECONDS - started)) s"
    passed=$((passed + total - errors - wrong - skipped - unrun))
    failed=$((failed + errors + wrong))
}

kernels=SpecAttn.Kernels.Tests
caches=SpecAttn.Caches.Tests
story=SpecAttn.Story.Tests
for project in $kernels $caches $story; do
    dotnet build "$root/tests/$project" -c Release -v quiet --nologo
done

if [ "$scale" = 0.1 ]; then
    # Most of the time goes into the JIT of forty kernels, for every test class anew: one class of them is what fits.
    run "as it comes" $kernels SPECATTN_TEST_SCALE=$scale -- -class "*AccuracyTests"
else
    run "as it comes" $kernels SPECATTN_TEST_SCALE=$scale
    run "optimised at once" $kernels SPECATTN_TEST_SCALE=0.25 DOTNET_TieredCompilation=0 -- \
        -class "*AccuracyTests" -class "*HiddenInputTests" -class "*GuardPageTests"
    run "without AdvSimd" $kernels SPECATTN_TEST_SCALE=0.02 DOTNET_EnableHWIntrinsic=0 -- -method "*AwkwardShapes*"
    run "another seed, an older processor" $kernels SPECATTN_TEST_SCALE=$scale SPECATTN_TEST_SEED=2 QEMU_CPU=cortex-a72
fi
run "stored types" $caches -- -class "*StoredHeadTests"
run "a small real model" $story

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
