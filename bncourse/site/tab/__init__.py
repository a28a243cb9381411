"""The course in a browser tab: JupyterLite with Python compiled for the browser, as static files."""
