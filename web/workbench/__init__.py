"""The workbench: trainers label what shoppers wrote, build data sets, retrain, and promote only better models."""
