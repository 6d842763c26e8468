import pytest
from stock_setting import write_setting


@pytest.fixture
def setting(tmp_path):
    return write_setting(tmp_path)
