"""How Scrapy is set up for every spider; what its defaults leave open is closed here.

Measured on Scrapy 2.19: a remote control and a telnet console listen, answers may be 1 GiB, robots.txt is
not obeyed, Retry-After is heeded nowhere.
"""

from typing import Any

from crawlers.politeness import BODY_CAP, user_agent
from crawlers.settings import crawl_settings


def scrapy_settings() -> dict[str, Any]:
    """Return the settings of a crawl."""
    return {
        "USER_AGENT": user_agent(),
        "REMOTE_CONTROL_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        # Only these are even loaded, and no module that could listen.
        "EXTENSIONS_BASE": {"scrapy.extensions.corestats.CoreStats": 0, "scrapy.extensions.logcount.LogCount": 0},
        "COOKIES_ENABLED": False,
        "REFERER_ENABLED": False,
        "ROBOTSTXT_OBEY": False,  # Robots below does, and takes no answer for a no
        "DOWNLOAD_TIMEOUT": crawl_settings().timeout,
        "DOWNLOAD_MAXSIZE": BODY_CAP,  # of what arrives, and of what it unpacks to
        "DOWNLOAD_WARNSIZE": BODY_CAP // 2,
        "DOWNLOAD_DELAY": 0,  # the gate keeps the pace, over restarts and processes
        "CONCURRENT_ITEMS": 1,  # tasks made for each answer; there are no pipelines that could use more
        "CONCURRENT_REQUESTS": 4,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 4,
        "REDIRECT_MAX_TIMES": 3,
        "METAREFRESH_ENABLED": False,
        "RETRY_TIMES": 2,
        "RETRY_PRIORITY_ADJUST": 10,  # at once, or a server that is down is asked everything before anything twice
        "RETRY_HTTP_CODES": [500, 502, 503, 504, 408],  # 429 is the gate's
        "HTTPERROR_ALLOW_ALL": True,  # an error body says more than its status
        "DOWNLOAD_HANDLERS": {"data": None, "file": None, "ftp": None, "s3": None},
        "DOWNLOADER_MIDDLEWARES": {
            "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,  # not even loaded
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
            "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
            "crawlers.middlewares.OneOrigin": 60,
            "crawlers.middlewares.Robots": 100,
            "crawlers.middlewares.Manners": 950,
        },
        "LOG_LEVEL": "INFO",
        "LOG_INSTALL_ROOT_HANDLER": False,
        "LOGSTATS_INTERVAL": 0,
        "MEMUSAGE_ENABLED": False,
        "WARN_ON_GENERATOR_RETURN_VALUE": False,
    }
