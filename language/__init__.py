"""Reading text at serving time: models as ONNX, patterns, language detection, redaction. No torch here."""
