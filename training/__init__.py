"""Fine-tuning, export, calibration and evaluation of Aisle's models. The only room that uses torch."""

import os

# Torch's threads spin while they wait for one another; on a machine that does anything else beside the training
# that made steps up to twenty times slower. OpenMP reads this once, when torch is first imported.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
