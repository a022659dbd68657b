"""kill -9 at named points: functions of the product are wrapped by the test, and end their process when armed."""
