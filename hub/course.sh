#!/bin/bash
# Read by the image before JupyterLab starts: a person's own notebooks, copied once and never replaced.
bncourse_home="$HOME"
if [ "$(id -u)" = 0 ]; then # started as root, the image becomes NB_USER with the number NB_UID after this
    bncourse_home="/home/${NB_USER:-jovyan}"
fi
if [ ! -e "$bncourse_home/bncourse" ]; then
    mkdir -p "$bncourse_home/bncourse.part" &&
        cp -r /opt/bncourse/notebooks /opt/bncourse/pyproject.toml "$bncourse_home/bncourse.part" &&
        { [ "$(id -u)" != 0 ] || chown -R "${NB_UID:-1000}:${NB_GID:-100}" "$bncourse_home/bncourse.part"; } &&
        mv "$bncourse_home/bncourse.part" "$bncourse_home/bncourse"
fi
