// What all pages of the workbench share.
