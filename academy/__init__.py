"""The shell: settings, URLs, home screens and the demo academy."""
