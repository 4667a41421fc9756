class JqlWorld:
    def __init__(self, site, account_id):
        self.site, self.account_id = site, account_id
