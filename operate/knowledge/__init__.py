"""Knowledge bases as they are deployed: filled from a folder, and measured by questions."""
