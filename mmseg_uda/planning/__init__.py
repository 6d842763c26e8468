"""From folders of images to a config: ``mmseg-uda init``."""
