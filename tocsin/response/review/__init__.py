"""What a crisis taught: a draft for the people who were there to correct, with changes that they can apply."""
