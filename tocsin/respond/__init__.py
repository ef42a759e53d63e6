"""The small web server behind the links in messages: it shows what will happen, and acts when a button is pressed."""
