#!/bin/sh
# A browser that finds neither microphone nor loudspeaker, whatever this machine has.
unset PULSE_RUNTIME_PATH XDG_RUNTIME_DIR
export PULSE_SERVER=none ALSA_CONFIG_PATH=/dev/null
exec "${CHROME_PATH:-chromium}" "$@"
