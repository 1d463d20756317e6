"""The catalogue's maker: packages of public data and reviewed corrections in, models.toml out."""
