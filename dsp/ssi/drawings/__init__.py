"""Pictures drawn by the server as SVG: classes for the style sheet, no style of their own, every text escaped."""
