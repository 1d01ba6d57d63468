"""The portal in Debian's Chromium: real web process, real pages, the production content security policy."""
