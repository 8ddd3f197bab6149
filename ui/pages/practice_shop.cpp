#include "ui/pages/practice_shop.h"

#include "ui/style/theme.h"
#include "ui/widgets/button.h"
#include "ui/widgets/fields.h"
#include "ui/widgets/layouts.h"
#include "ui/widgets/text.h"

namespace runnel::ui {

PracticeShop::PracticeShop(WalletModel& wallet, QWidget* parent)
    : Card("info", parent), m_wallet(wallet) {
    setObjectName(QStringLiteral("payPractice"));
    body()->addWidget(new Text("title", tr("Buy something to practise")));
    body()->addWidget(
        new Text("body", tr("The practice shop makes an invoice of the amount you say. Its second "
                            "till can only be reached through the hub.")));
    m_amount = new AmountEdit(tr("Amount to practise with"), "practiceAmount");
    m_amount->setAmount(Sat(10'000));
    body()->addWidget(labelled(tr("A&mount"), m_amount));
    auto* const buttons = new QWidget;
    auto* const flow = new FlowLayout(space::small, buttons);
    m_shop = new Button(ButtonKind::secondary, tr("B&uy in the shop"), "practiceBuy");
    m_shop->setGlyph(QStringLiteral("shop"));
    m_hub = new Button(ButtonKind::secondary, tr("Buy through the &hub"), "practiceBuyHub");
    m_hub->setGlyph(QStringLiteral("network"));
    flow->addWidget(m_shop);
    flow->addWidget(m_hub);
    body()->addWidget(buttons);
    connect(m_shop, &Button::clicked, this, [this] { buy(false); });
    connect(m_hub, &Button::clicked, this, [this] { buy(true); });
}

QString PracticeShop::typed() const { return m_amount->text(); }
void PracticeShop::resume(const QString& typed) { m_amount->setText(typed); }

void PracticeShop::buy(bool through_hub) {
    const auto amount = m_amount->amount();
    if (!amount || amount->is_zero()) {
        m_amount->setWrong(true);
        m_amount->setFocus();
        return;
    }
    m_amount->setWrong(false);
    auto* const asked = through_hub ? m_hub : m_shop;
    setBusy(asked, true);
    m_wallet.practice()->invoice(amount->msat(), through_hub, this,
                                 [this, asked](const Result<std::string, api::Problem>& invoice) {
                                     setBusy(asked, false);
                                     if (invoice) emit made(QString::fromStdString(*invoice));
                                     else emit refused(invoice.error());
                                 });
}

/// The other one waits, too: a second invoice would take the place of the first.
void PracticeShop::setBusy(Button* asked, bool busy) {
    for (auto* const button : {m_shop, m_hub})
        button->setBusy(busy, busy && button == asked ? tr("Asking the shop …") : QString());
}

}  // namespace runnel::ui
