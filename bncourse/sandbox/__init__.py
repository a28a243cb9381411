"""The walls around a submission: `sandbox` and its helpers outside, `inside` what runs behind them."""
