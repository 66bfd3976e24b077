"""The baseline of the API's figures: a bare FastAPI that answers one constant."""

from fastapi import FastAPI

app = FastAPI()


@app.get("/hello")
async def hello() -> dict[str, str]:
    """Answer a constant."""
    return {"hello": "world"}
