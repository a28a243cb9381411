#!/bin/bash
# Read by the image before JupyterLab starts: a person's own copy of the course, made once and never replaced.
if [ ! -e "$HOME/bncourse" ]; then
    cp -r /opt/bncourse "$HOME/bncourse.part" && mv "$HOME/bncourse.part" "$HOME/bncourse"
fi
