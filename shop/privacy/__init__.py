"""What the shop keeps of persons: to take along, to erase everywhere, and how long it is kept."""

from shop.privacy.erasing import ErasureReceipt, ReceiptLine, erase_customer, erase_everywhere
from shop.privacy.exporting import export_customer
from shop.privacy.outside import OutsideStore, outside_stores
from shop.privacy.person import Person, find_customer, know, known_names, known_names_in
from shop.privacy.retention import purge

__all__ = [
    "ErasureReceipt",
    "OutsideStore",
    "Person",
    "ReceiptLine",
    "erase_customer",
    "erase_everywhere",
    "export_customer",
    "find_customer",
    "know",
    "known_names",
    "known_names_in",
    "outside_stores",
    "purge",
]
