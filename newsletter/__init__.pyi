from newsletter.api import Newsletter as Newsletter
from newsletter.api import open_newsletter as open_newsletter
from newsletter.errors import ConfigError as ConfigError
from newsletter.errors import DeliveryError as DeliveryError
from newsletter.errors import IssueFileError as IssueFileError
from newsletter.errors import MailboxError as MailboxError
from newsletter.errors import NewsletterError as NewsletterError
from newsletter.errors import NotApprovedError as NotApprovedError
from newsletter.errors import PluginError as PluginError
from newsletter.errors import RestoredLedgerError as RestoredLedgerError
from newsletter.errors import SenderAtWorkError as SenderAtWorkError
from newsletter.errors import SendPausedError as SendPausedError
from newsletter.errors import SourceError as SourceError
from newsletter.errors import SpreadsheetError as SpreadsheetError
from newsletter.errors import StorageError as StorageError
from newsletter.errors import TemplateError as TemplateError
from newsletter.errors import UsageError as UsageError
from newsletter.errors import WorkspaceError as WorkspaceError

__version__: str
