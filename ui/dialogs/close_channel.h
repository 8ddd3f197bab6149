// CloseChannelDialog: closes a channel, by agreement or alone. Cost, wait and risk of the way that
// is chosen stand there first; the way alone is never the one that is offered first while the other
// side is there. An opening that nobody has signed is cancelled instead.
#pragma once

#include "ui/models/wallet_model.h"
#include "ui/widgets/sheet.h"

class QRadioButton;

namespace runnel::ui {

class Banner;
class Button;
class Facts;
class Text;

class CloseChannelDialog : public Sheet {
    Q_OBJECT
public:
    CloseChannelDialog(WalletModel& wallet, const api::ChannelView& channel, QWidget* parent);

signals:
    void said(const QString& sentence);

private:
    void ask();
    void explain();
    void show(const Result<api::CloseQuote, api::Problem>& quote);
    void close();
    bool isForced() const;

    WalletModel& m_wallet;
    ChannelId m_id;
    bool m_unsigned;  ///< There is nothing to close yet: the opening is cancelled.
    QRadioButton *m_agreed, *m_alone;
    Text* m_explained;
    Facts* m_facts;
    Banner* m_problem;
    Button* m_close;
    quint64 m_asked = 0;
};

}  // namespace runnel::ui
